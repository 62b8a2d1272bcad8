import { parseOptions as parse, UsageError } from '../../../demos/common/options';

const COMMAND_LINE = { command: 'npm run demo', flags: { help: 'h', verbose: 'v' }, texts: { app: 'a' }, help: 'Usage' };
const parseOptions = (parameters: string[]) => parse(COMMAND_LINE, parameters);

test.each([
  [[], { help: false, verbose: false }],
  [['--verbose'], { help: false, verbose: true }],
  [['-v'], { help: false, verbose: true }],
  [['--help'], { help: true, verbose: false }],
  [['-hv'], { help: true, verbose: true }],
  [['--app', 'cdk.out', '-v'], { help: false, verbose: true, app: 'cdk.out' }],
  [['--app=cdk.out'], { help: false, verbose: false, app: 'cdk.out' }],
])('%j', (parameters, options) => {
  expect(parseOptions(parameters)).toEqual(options);
});

test.each([
  [['--verbos'], 'Unknown option "--verbos". Did you mean --verbose?'],
  [['-v', '--Help'], 'Unknown option "--Help". Did you mean --help?'],
  [['--json'], 'Unknown option "--json". npm run demo -- --help'],
  [['fast'], 'Unexpected argument "fast". npm run demo -- --help'],
  [['--app'], '"--app" needs a value. npm run demo -- --help'],
  [['--app', '--verbose'], '"--app" needs a value.'],
  [['--app', 'cdk.out', '--verbos'], 'Unknown option "--verbos". Did you mean --verbose?'],
  [['--ap', 'cdk.out'], 'Unknown option "--ap". Did you mean --app?'],
  [['--verbose=yes'], 'Unknown option "--verbose=yes". Did you mean --verbose?'],
])('%j is refused with a hint', (parameters, message) => {
  expect(() => parseOptions(parameters)).toThrow(UsageError);
  expect(() => parseOptions(parameters)).toThrow(message);
});
