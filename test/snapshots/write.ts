/** Prints what the library writes, for a test that runs it elsewhere. */
import { written } from './pinned';

process.stdout.write(JSON.stringify([...written()]));
