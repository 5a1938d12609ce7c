import type { build as esbuild } from 'esbuild';

/** For what is checked; the build itself runs the plain JavaScript beside it. */

type Package = { readonly name: string; readonly version: string; readonly license: string };
type Bundled = Package & { readonly text: string; readonly bundles: readonly string[] };
type Component = Package & { readonly licenses: unknown; readonly properties?: readonly object[] };

export const outsideFunctions: string[];
export const filesInFunctions: (root: string, build: typeof esbuild) => Promise<string[]>;
export const bundledPackages: (
  root: string,
  filesByBundle: Readonly<Record<string, readonly string[]>>,
) => readonly Bundled[];
export const licensesText: (packages: readonly Bundled[], networksAttribution: string) => string;
export const billOfMaterials: (
  ours: Package,
  packages: readonly Bundled[],
  dataPackages: readonly Package[],
) => { readonly components: readonly Component[] };
