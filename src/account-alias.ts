import { CfnResource, type IResource, type RemovalPolicy, Resource } from 'aws-cdk-lib/core';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { Construct } from 'constructs';
import type { IChannelsProvider } from './channels-provider';
import { checkAccountAlias } from './constraints';
import { ACCOUNT_ALIAS_TYPE, type AccountAliasProperties } from './contract';
import { ExistingConfiguration } from './existing-configuration';
import { guardAccount } from './private/account-guard';
import { isOfKind, markKind } from './private/construct-kind';
import { defaultProvider } from './private/default-provider';
import { ACCOUNT_ALIAS_PERMISSION } from './private/handler-permissions';
import { checkTypes, CHOICE, PROVIDER, REMOVAL_POLICY, TEXT } from './private/props';
import { checkInEachAccount, checkProvider, isUnresolved, throwProblems } from './private/validation';

/**
 * The name of an account in the AWS Support App.
 */
export interface IAccountAlias extends IResource {
  /**
   * The alias, which the Support App shows in Slack beside the account's number.
   *
   * @attribute
   */
  readonly accountAlias: string;
}

/**
 * Properties of an `AccountAlias`.
 */
export interface AccountAliasProps {
  /**
   * The alias: 1 to 30 characters out of letters, digits, `_`, `-` and space.
   *
   * It need not be unique and is unrelated to the account alias of IAM, which is part of the sign-in URL.
   */
  readonly accountAlias: string;

  /**
   * What happens when the account already has another alias.
   *
   * @default ExistingConfiguration.FAIL
   */
  readonly existing?: ExistingConfiguration;

  /**
   * Any text. A deployment with another one makes the handler look at the alias again and bring it to the declared state, even
   * when nothing else changed: a change that somebody made by hand is put right.
   *
   * @default - the handler looks when a property changes
   */
  readonly refresh?: string;

  /**
   * What happens to the alias when the construct is removed from the stack.
   *
   * An alias that was there before the construct is left in place in any case.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What manages the alias: a `ChannelsProvider` of the same stack, or a `NativeProvider`.
   *
   * @default - the `NativeProvider` of the scope if there is one, else the handler of the stack, `ChannelsProvider.getOrCreate()`
   */
  readonly provider?: IChannelsProvider;
}

/**
 * Define the name of the account in the AWS Support App, which Slack shows beside the account's number.
 *
 * An account has one alias, whatever the number of Regions: a second `AccountAlias` in one account is an error at synth, unless the conditions of the two
 * differ or one stack leaves the alias (`RemovalPolicy.RETAIN`) to another that adopts it. `Annotations.of(alias).acknowledgeWarning()` acknowledges the error:
 * `cdk-support-channels:severalAliases`, and `cdk-support-channels:severalRegions` between stages.
 *
 * @see https://docs.aws.amazon.com/supportapp/latest/APIReference/API_PutAccountAlias.html
 */
@propertyInjectable
export class AccountAlias extends Resource implements IAccountAlias {
  /**
   * The name by which `PropertyInjectors` of the CDK give this class its defaults.
   */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-support-channels.AccountAlias';

  /**
   * Whether something is an `AccountAlias`, and not an imported one.
   *
   * @param value anything, such as a construct that an aspect visits
   */
  public static isAccountAlias(value: any): value is AccountAlias {
    return isOfKind(value, 'AccountAlias');
  }

  /**
   * Import an alias that is defined elsewhere.
   *
   * @param scope the parent of the imported construct
   * @param id the id of the imported construct
   * @param accountAlias the alias
   */
  public static fromAccountAlias(scope: Construct, id: string, accountAlias: string): IAccountAlias {
    class Import extends Resource implements IAccountAlias {
      public readonly accountAlias = accountAlias;
    }
    const imported = new Import(scope, id);
    const { problems, values } = checkTypes({ accountAlias }, { accountAlias: TEXT });
    throwProblems('AccountAlias', imported.node.path, [...problems, ...checkAccountAlias({ AccountAlias: values.accountAlias }, isUnresolved)]);
    return imported;
  }

  public readonly accountAlias: string;

  constructor(scope: Construct, id: string, props: AccountAliasProps) {
    super(scope, id);
    markKind(this, 'AccountAlias');
    const { problems, values } = checkTypes(props, {
      accountAlias: TEXT, existing: CHOICE, refresh: TEXT, removalPolicy: REMOVAL_POLICY, provider: PROVIDER,
    });
    const properties: AccountAliasProperties = {
      AccountAlias: values.accountAlias,
      Existing: values.existing,
      Refresh: values.refresh,
    };
    throwProblems('AccountAlias', this.node.path, [
      ...problems,
      ...checkInEachAccount(this, properties, checkAccountAlias),
      ...checkProvider(this, values.provider, ACCOUNT_ALIAS_TYPE, properties),
    ]);

    const provider = props.provider ?? defaultProvider(this);
    provider._defineResource(this, CfnResource, {
      type: ACCOUNT_ALIAS_TYPE,
      properties,
      permissions: [ACCOUNT_ALIAS_PERMISSION],
      removalPolicy: props.removalPolicy,
    });
    guardAccount(this, { kind: 'accountAlias', target: [props.accountAlias], existing: props.existing });

    this.accountAlias = props.accountAlias;
  }
}
