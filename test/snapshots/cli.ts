import { parseArgs } from 'node:util';
import { differences, keepRelease, pin, undocumentedChanges, written } from './pinned';

const USAGE = `npm run snapshots                       pins what the library writes now
npm run snapshots -- --check            compares, and changes nothing
npm run snapshots -- --release 1.2.3    keeps what is pinned as what that release wrote`;

function main(): void {
  const { values: { check, release } } = parseArgs({ options: { check: { type: 'boolean' }, release: { type: 'string' } } });
  if (check && release !== undefined) {
    throw new Error(`choose one:\n${USAGE}`);
  }
  const templates = written();
  if (check || release !== undefined) {
    const problems = [...differences(undefined, templates), ...undocumentedChanges()];
    if (problems.length > 0) {
      throw new Error(problems.join('\n\n'));
    }
  }
  if (release !== undefined) {
    console.log(keepRelease(release));
  } else if (check) {
    console.log(`${templates.size} templates are as they are pinned`);
  } else {
    pin(templates);
    console.log(`${templates.size} templates pinned`);
  }
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
