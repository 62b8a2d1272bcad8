import { describeHostileProperties } from './hostile-properties';

describeHostileProperties(() => true);
