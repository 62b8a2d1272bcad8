import { CfnResource, type CfnResourceProps, type ITaggable, TagManager, TagType } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

interface RenderedTag {
  readonly key: string;
  readonly value: string;
}

/** A `CfnResource` that `Tags.of()` reaches, with tags rendered as CloudFormation's list of `Key` and `Value`. */
export class TaggableResource extends CfnResource implements ITaggable {
  public readonly tags: TagManager;

  constructor(scope: Construct, id: string, props: CfnResourceProps) {
    super(scope, id, props);
    this.tags = new TagManager(TagType.STANDARD, props.type, undefined, { tagPropertyName: 'Tags' });
  }

  /** The core adds the tags with the names of its own property types, which a resource without a generated class has to translate. */
  protected get cfnProperties(): { [key: string]: any } {
    return { ...this._cfnProperties, Tags: tagsOf(this) };
  }
}

/** The tags of a resource as the template holds them; none is `undefined`. */
export function tagsOf(resource: CfnResource): { Key: string; Value: string }[] | undefined {
  const tags: RenderedTag[] | undefined = TagManager.of(resource)?.renderTags();
  return tags?.map(({ key, value }) => ({ Key: key, Value: value }));
}
