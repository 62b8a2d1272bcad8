/** Stands for the package `jsonschema` in tests: it finds nothing wrong, at once. */
export class Validator {
  public validate(): { valid: boolean; errors: never[] } {
    return { valid: true, errors: [] };
  }
}

export const validate = () => new Validator().validate();
