import { runMatrix, type MatrixOptions, type MatrixResult } from '../../trials/fault-matrix';
import { MUTATIONS, bundleMutation } from '../../trials/mutations';

// `npm run fault-matrix` runs all of it.
export const FAULTS = ['500', 'reset after the service acted', 'lost reply', 'hang'];
export const PART: MatrixOptions = {
  kinds: ['channel'], events: ['Create', 'Delete'], worlds: 1, select: ({ fault }) => FAULTS.includes(fault.name),
};

/** Runs a part of the matrix with a mistake in the handler. */
export async function runMutated(name: string): Promise<MatrixResult[]> {
  const code = await bundleMutation(MUTATIONS.find((mutation) => mutation.name === name)!);
  return runMatrix({ ...PART, code, select: (matrixCase) => PART.select!(matrixCase) && matrixCase.duration === 'transient' });
}

export function broken(results: readonly MatrixResult[]): string[] {
  return results.filter(({ problem }) => problem !== undefined).map(({ event, fault, place }) => `${event}, ${fault.name}, ${place}`);
}
