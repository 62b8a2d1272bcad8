import { Progress } from '../../../demos/common/progress';

/** A stream that keeps what is written, and a clock that the test moves. */
function newProgress({ isTTY = false, columns = 80, environment = {} }: { isTTY?: boolean; columns?: number; environment?: NodeJS.ProcessEnv }) {
  const written: string[] = [];
  const clock = { now: 0 };
  const progress = new Progress({ isTTY, columns, write: (text) => written.push(text) }, () => clock.now, environment);
  return { written, clock, progress };
}

describe('on a terminal', () => {
  test('one line changes, and is gone before something else is printed', () => {
    const { written, progress } = newProgress({ isTTY: true });
    progress.show('1 of 2');
    progress.show('2 of 2');
    progress.clear();
    progress.clear();
    expect(written).toEqual(['\r\u001B[2K1 of 2', '\r\u001B[2K2 of 2', '\r\u001B[2K']);
  });

  test('a long text does not wrap', () => {
    const { written, progress } = newProgress({ isTTY: true, columns: 5 });
    progress.show('123456');
    expect(written).toEqual(['\r\u001B[2K1234']);
  });
});

describe.each([
  ['a file', {}], ['a dumb terminal', { isTTY: true, environment: { TERM: 'dumb' } }], ['CI', { isTTY: true, environment: { CI: 'true' } }],
])('in %s', (_, options) => {
  test('a line comes every ten seconds, so that short work says nothing', () => {
    const { written, clock, progress } = newProgress(options);
    for (const [second, text] of [[1, 'first'], [10, 'tenth'], [12, 'twelfth'], [20, 'twentieth']] as const) {
      clock.now = second * 1000;
      progress.show(text);
    }
    progress.clear();
    expect(written).toEqual(['tenth\n', 'twentieth\n']);
  });
});

test('progress is asked for while work goes on, and cleared when it ends or fails', async () => {
  const { written, progress } = newProgress({ isTTY: true });
  let asked = 0;
  const work = new Promise<string>((resolve) => {
    const timer = setInterval(() => {
      if (asked > 1) {
        clearInterval(timer);
        resolve('done');
      }
    }, 5);
  });
  await expect(progress.during(work, () => {
    asked += 1;
    return asked === 1 ? undefined : `asked ${asked}`;
  })).resolves.toBe('done');
  expect([written[0], written.at(-1)]).toEqual(['\r\u001B[2Kasked 2', '\r\u001B[2K']);
  await expect(progress.during(Promise.reject(new Error('failed')), () => undefined)).rejects.toThrow('failed');
});
