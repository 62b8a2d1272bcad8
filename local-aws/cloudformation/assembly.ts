import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stack of a cloud assembly (`cdk.out`). */
export interface AssemblyStack {
  /** Id of the artifact in the manifest. */
  readonly id: string;
  readonly stackName: string;
  /** The template's bytes as they are in the assembly. */
  readonly templateBody: string;
  /** Absent for an environment-agnostic stack. */
  readonly accountId?: string;
  readonly region?: string;
  readonly parameters: Record<string, string>;
  readonly tags: Record<string, string>;
  /** Directories of the file assets by their key in the staging bucket. */
  readonly assets: Map<string, string>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly dependencies?: string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly parameters?: Record<string, string>;
    readonly tags?: Record<string, string>;
    readonly directoryName?: string;
    readonly file?: string;
  };
}

interface AssetManifest {
  readonly files?: Record<string, { source: { path?: string; packaging?: string }; destinations: Record<string, { objectKey: string }> }>;
}

/** Reads the stacks of a cloud assembly and of the stages in it, those first that others depend on. */
export function readAssembly(directory: string): AssemblyStack[] {
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as { artifacts?: Record<string, Artifact> };
  const artifacts = manifest.artifacts ?? {};
  const assets = readAssets(directory, artifacts);
  const visited = new Set<string>();
  const stacks: AssemblyStack[] = [];
  const visit = (id: string) => {
    const artifact = artifacts[id];
    if (visited.has(id) || !artifact) {
      return;
    }
    visited.add(id);
    (artifact.dependencies ?? []).forEach(visit);
    const { type, environment, properties = {} } = artifact;
    if (type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      stacks.push(...readAssembly(join(directory, properties.directoryName)));
    } else if (type === 'aws:cloudformation:stack' && properties.templateFile !== undefined) {
      const [, accountId, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment ?? '') ?? [];
      stacks.push({
        id,
        stackName: properties.stackName ?? id,
        templateBody: readFileSync(join(directory, properties.templateFile), 'utf8'),
        accountId: accountId === 'unknown-account' ? undefined : accountId,
        region: region === 'unknown-region' ? undefined : region,
        parameters: properties.parameters ?? {},
        tags: properties.tags ?? {},
        assets,
      });
    }
  };
  Object.keys(artifacts).forEach(visit);
  return stacks;
}

function readAssets(directory: string, artifacts: Record<string, Artifact>): Map<string, string> {
  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    const file = join(directory, properties?.file ?? '');
    if (type !== 'cdk:asset-manifest' || !existsSync(file)) {
      continue;
    }
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as AssetManifest;
    for (const { source, destinations } of Object.values(manifest.files ?? {})) {
      for (const { objectKey } of Object.values(destinations)) {
        assets.set(objectKey, join(directory, source.path ?? ''));
      }
    }
  }
  return assets;
}
