/** Marks a construct as one of a class, so that it is known also where another copy of the library made it. */
export function markKind(construct: object, kind: string): void {
  Object.defineProperty(construct, symbolOf(kind), { value: true });
}

/** Whether something is a construct of a class of this library. */
export function isOfKind(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && symbolOf(kind) in value;
}

function symbolOf(kind: string): symbol {
  return Symbol.for(`cdk-support-channels.${kind}`);
}
