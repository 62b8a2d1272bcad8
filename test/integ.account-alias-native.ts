import { testAccountAlias } from './integ/account-alias';

testAccountAlias('account-alias-native', 'native');
