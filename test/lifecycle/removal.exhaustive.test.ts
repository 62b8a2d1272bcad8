import { ROLES, testRemovals } from './removal-world';

testRemovals(ROLES.slice(1));
