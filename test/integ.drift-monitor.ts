import { testDriftMonitor } from './integ/drift-monitor';

testDriftMonitor('drift-monitor');
