import { CfnResource, type CfnResourceProps, type ITaggable, TagManager, TagType } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** A tag as CloudFormation's properties hold it. */
export interface RenderedTag {
  readonly Key: string;
  readonly Value: string;
}

interface CoreTag {
  readonly key: string;
  readonly value: string;
}

/** Remembers which tags were set or removed. */
class DecidedTags extends TagManager {
  private readonly decided = new Set<string>();

  public setTag(key: string, value: string, priority?: number, applyToLaunchedInstances?: boolean): void {
    this.decided.add(key);
    super.setTag(key, value, priority, applyToLaunchedInstances);
  }

  public removeTag(key: string, priority: number): void {
    this.decided.add(key);
    super.removeTag(key, priority);
  }

  public isDecided(key: string): boolean {
    return this.decided.has(key);
  }
}

/** A `CfnResource` that `Tags.of()` reaches, with tags rendered as CloudFormation's list of `Key` and `Value`. */
export class TaggableResource extends CfnResource implements ITaggable {
  public readonly tags: DecidedTags;

  constructor(scope: Construct, id: string, props: CfnResourceProps) {
    super(scope, id, props);
    this.tags = new DecidedTags(TagType.STANDARD, props.type, undefined, { tagPropertyName: 'Tags' });
  }

  /** The core adds the tags with the names of its own property types, which a resource without a generated class has to translate. */
  protected get cfnProperties(): { [key: string]: any } {
    return { ...this._cfnProperties, Tags: this.renderTags() };
  }

  /** The tags as the template holds them; none is `undefined`. */
  public renderTags(): RenderedTag[] | undefined {
    const tags: CoreTag[] | undefined = this.tags.renderTags();
    return tags?.map(({ key, value }) => ({ Key: key, Value: value }));
  }
}

/** The tags of a resource as the template holds them; none is `undefined`. */
export function tagsOf(resource: CfnResource): RenderedTag[] | undefined {
  if (resource instanceof TaggableResource) {
    return resource.renderTags();
  }
  const tags: CoreTag[] | undefined = TagManager.of(resource)?.renderTags();
  return tags?.map(({ key, value }) => ({ Key: key, Value: value }));
}
