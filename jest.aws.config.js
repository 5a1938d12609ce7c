import base from './jest.config.js';

/** Tests against emulated parts of AWS, which install what they need under `.aws-test/`: `npm run test:aws`. */
export default { ...base, testMatch: ['**/test/aws/**/*.aws-test.ts'], testTimeout: 120_000, maxWorkers: 1 };
