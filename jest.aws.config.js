import base from './jest.config.js';

/**
 * Tests against emulated parts of AWS: `npm run test:aws`. They install what they need under `.aws-test/`; while one file
 * waits for a schedule or a vendor's pace, another runs.
 */
export default {
  ...base,
  testMatch: ['**/test/aws/**/*.aws-test.ts'],
  globalSetup: '<rootDir>/test/aws/tools/set-up.ts',
  testTimeout: 120_000,
};
