/** A statement of the policy of a function: who else than its account may call it. */
export interface FunctionPermission {
  readonly functionArn: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** The policies of all functions. */
export class FunctionPermissions {
  /** By the id of the statement, which no other one of its function has. */
  private readonly statements = new Map<string, FunctionPermission>();

  public add(statementId: string, permission: FunctionPermission): void {
    this.statements.set(statementId, permission);
  }

  public remove(statementId: string): void {
    this.statements.delete(statementId);
  }

  /** Whether a service may call a function on behalf of something of an account, such as a rule. */
  public allowsCall(functionArn: string, principal: string, sourceArn: string): boolean {
    return [...this.statements.values()].some((permission) => permission.functionArn === functionArn
      && permission.principal === principal
      && ['lambda:InvokeFunction', 'lambda:*', '*'].includes(permission.action)
      && (permission.sourceArn === undefined || permission.sourceArn === sourceArn)
      && (permission.sourceAccount === undefined || permission.sourceAccount === sourceArn.split(':')[4]));
  }
}
