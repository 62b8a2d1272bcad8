import { ACTIONS, testLivesWithout } from './permissions-life';

testLivesWithout(ACTIONS);
