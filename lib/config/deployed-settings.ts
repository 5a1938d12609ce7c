import type { Settings } from './settings.ts';

/**
 * Settings on their way into a function: checked when the stack is made, written as they were understood, and read without
 * checking them again. The schema is more code than everything else that a function needs of them.
 */

/** Changes with every change of the settings' shape that an older function would misread. */
const settingsVersion = 1;

export const deployedText = (settings: Settings): string =>
  `${JSON.stringify({ tokenwatch: 'settings', version: settingsVersion, settings }, undefined, 2)}\n`;

type Deployed = { readonly tokenwatch?: unknown; readonly version?: unknown; readonly settings?: Settings };

/** Throws where the text is not what `deployedText` of this release wrote. */
export const settingsIn = (text: string): Settings => {
  const { tokenwatch, version, settings } = JSON.parse(text) as Deployed;
  if (tokenwatch === 'settings' && version === settingsVersion && settings !== undefined) return settings;
  throw new Error('settings.json beside this function is not of its release: deploy the stack again.');
};
