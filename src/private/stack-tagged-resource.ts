import { Stack } from 'aws-cdk-lib/core';
import { type RenderedTag, TaggableResource } from './taggable-resource';

/**
 * A resource with the tags of its stack: CloudFormation gives those to what it makes, and not to what a custom resource makes. A tag of the resource wins,
 * and one that is removed from the resource stays away.
 */
export class StackTaggedResource extends TaggableResource {
  public renderTags(): RenderedTag[] | undefined {
    const own = super.renderTags() ?? [];
    const inherited = Object.entries(tagsOf(Stack.of(this)))
      .filter(([key]) => !this.tags.isDecided(key))
      .map(([key, value]) => ({ Key: key, Value: value }));
    const tags = [...own, ...inherited].sort((one, other) => one.Key.localeCompare(other.Key));
    return tags.length > 0 ? tags : undefined;
  }
}

/** The tags of a stack, which nested stacks get, too. */
function tagsOf(stack: Stack): { [key: string]: string } {
  return { ...stack.nestedStackParent && tagsOf(stack.nestedStackParent), ...stack.tags.tagValues() };
}
