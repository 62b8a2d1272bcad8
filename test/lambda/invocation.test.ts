import { backoff, pause } from '../../lambda/invocation';

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('pause', () => {
  test('ends after its time, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const remove = jest.spyOn(signal, 'removeEventListener');
    await pause(1, signal);
    expect(remove).toHaveBeenCalledWith('abort', expect.any(Function));
  });

  test('needs no signal', async () => {
    await expect(pause(1)).resolves.toBeUndefined();
  });

  test('fails when the invocation ends meanwhile, and leaves no timer behind', async () => {
    jest.useFakeTimers();
    const controller = new AbortController();
    const paused = pause(60_000, controller.signal);
    expect(jest.getTimerCount()).toBe(1);
    controller.abort(new Error('over'));
    await expect(paused).rejects.toThrow('over');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('fails at once when the invocation is over, without a timer', async () => {
    jest.useFakeTimers();
    await expect(pause(60_000, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('backoff', () => {
  test.each([[1, 400], [2, 800], [3, 1_600], [5, 6_400], [6, 10_000], [100, 10_000], [2_000, 10_000]])('try %i waits up to %i ms', (tries, most) => {
    const random = jest.spyOn(Math, 'random');
    random.mockReturnValue(0);
    expect(backoff(tries, 10_000)).toBe(0);
    random.mockReturnValue(0.5);
    expect(backoff(tries, 10_000)).toBe(most / 2);
    random.mockReturnValue(1);
    expect(backoff(tries, 10_000)).toBe(most);
  });

  test('is spread, so that two callers wait differently', () => {
    expect(new Set(Array.from({ length: 20 }, () => backoff(3, 10_000))).size).toBeGreaterThan(1);
  });
});
