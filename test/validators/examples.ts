import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { ROOT, runSuccessfully, TYPESCRIPT, WORK } from './command';

export const EXAMPLES = join(ROOT, 'examples');

/** An example that is an app, and what it gives. */
export interface Example {
  /** The app's file, from the root of the repository. */
  readonly file: string;
  /** Its cloud assembly. */
  readonly assembly: string;
  /** The files of its templates, those of stack sets included. */
  readonly templates: string[];
}

/** The apps in a folder: whatever makes an `App`. */
export function findApps(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).sort()
    .filter((file) => file.endsWith('.ts') && /\bnew (cdk\.)?App\(/.test(readFileSync(join(folder, file), 'utf8')))
    .map((file) => relative(ROOT, join(folder, file)));
}

/** Synthesizes all examples. */
export async function synthesizeExamples(): Promise<Example[]> {
  const apps = findApps(EXAMPLES);
  if (apps.length === 0) {
    throw new Error('found no example');
  }
  return Promise.all(apps.map(async (file) => {
    const assembly = newFolder('assemblies', nameOf(file));
    await runSuccessfully(process.execPath, [...TYPESCRIPT, file], { environment: { CDK_OUTDIR: assembly } });
    return { file, assembly, templates: findTemplates(assembly) };
  }));
}

/** The templates of an assembly and of its stages, and those that stack sets have in their text. */
function findTemplates(assembly: string): string[] {
  const templates = templateFiles(assembly).map((file) => join(assembly, file));
  if (templates.length === 0) {
    throw new Error(`found no template in ${assembly}`);
  }
  return templates.flatMap((file) => [file, ...writeBodies(file)]);
}

/** The templates of an assembly and of its stages, from its folder. */
export function templateFiles(assembly: string): string[] {
  return (readdirSync(assembly, { recursive: true }) as string[]).filter((file) => file.endsWith('.template.json')).sort();
}

function writeBodies(file: string): string[] {
  const { Resources: resources = {} } = JSON.parse(readFileSync(file, 'utf8')) as { Resources?: Record<string, { Properties?: { TemplateBody?: unknown } }> };
  return Object.entries(resources).flatMap(([logicalId, { Properties: properties }]) => {
    if (typeof properties?.TemplateBody !== 'string') {
      return [];
    }
    const body = file.replace(/\.json$/, `.${logicalId}.json`);
    writeFileSync(body, properties.TemplateBody);
    return [body];
  });
}

/** An empty folder. */
export function newFolder(...names: string[]): string {
  const folder = join(WORK, ...names);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The file of an app as the name of a folder. */
export function nameOf(file: string): string {
  return relative(basename(EXAMPLES), file).replaceAll(sep, '-').replace(/\.ts$/, '');
}
