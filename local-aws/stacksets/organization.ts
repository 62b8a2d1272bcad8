import { ValidationError } from '../cloudformation/validation-error';

/** An account that joins, leaves or moves. */
export interface Membership {
  readonly accountId: string;
  /** The organizational units that the account is in, from the nearest to the root; none for an account that left. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

interface Unit {
  readonly id: string;
  readonly parentId?: string;
}

/** AWS Organizations, as far as StackSets look at it: who manages, who is a member, and in which organizational unit. */
export class Organization {
  public readonly rootId = 'r-ab12';
  /** Trusted access of CloudFormation StackSets, which somebody activates once in the console. */
  public trustedAccess = true;
  public readonly delegatedAdministrators = new Set<string>();
  /** Suspended accounts stay in their organizational unit until they are closed. */
  public readonly suspended = new Set<string>();
  private readonly units = new Map<string, Unit>();
  private readonly parents = new Map<string, string>();
  private readonly listeners: ((change: Membership) => void)[] = [];

  public constructor(public readonly managementAccountId: string) {
    this.units.set(this.rootId, { id: this.rootId });
    this.parents.set(managementAccountId, this.rootId);
  }

  public addUnit(id: string, parentId = this.rootId): void {
    this.unit(parentId);
    this.units.set(id, { id, parentId });
  }

  /** Lets an account join, or moves it. */
  public placeAccount(accountId: string, unitId: string): void {
    this.unit(unitId);
    const before = this.unitsOf(accountId);
    this.parents.set(accountId, unitId);
    this.tell({ accountId, before, after: this.unitsOf(accountId) });
  }

  public removeAccount(accountId: string): void {
    const before = this.unitsOf(accountId);
    this.parents.delete(accountId);
    this.tell({ accountId, before, after: [] });
  }

  public isMember(accountId: string): boolean {
    return this.parents.has(accountId);
  }

  /** The accounts of a unit and of the units in it, in the order in which they joined. */
  public accountsIn(unitId: string): string[] {
    this.unit(unitId);
    return [...this.parents.keys()].filter((accountId) => this.unitsOf(accountId).includes(unitId));
  }

  /** The units that an account is in, from the nearest to the root. */
  public unitsOf(accountId: string): string[] {
    const ids: string[] = [];
    for (let id = this.parents.get(accountId); id !== undefined; id = this.units.get(id)?.parentId) {
      ids.push(id);
    }
    return ids;
  }

  public onChange(listener: (change: Membership) => void): void {
    this.listeners.push(listener);
  }

  private unit(id: string): Unit {
    const unit = this.units.get(id);
    if (!unit) {
      throw new ValidationError(`Organizational unit or root ${id} does not exist in the organization`);
    }
    return unit;
  }

  private tell(change: Membership): void {
    this.listeners.forEach((listener) => listener(change));
  }
}
