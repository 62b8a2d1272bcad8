/** A create that failed although something is there, which a rollback has to delete. */
export class CreateFailedError extends Error {
  public constructor(message: string, public readonly physicalId: string) {
    super(message);
  }
}
