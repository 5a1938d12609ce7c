import { msPerDay } from '../core/time.ts';

/**
 * A made-up Scalr account as its REST API shows it: people, service accounts, agent pools and their tokens. Names and ids
 * are of the vendor's form; values of tokens are never made, only their last six characters.
 */

export type ScalrToken = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** E-mail address of a person or service account, or the id of an agent pool. */
  readonly owner: string;
  readonly createdBy: string;
  readonly createdMs: number;
  readonly deletedMs?: number;
  readonly expiresMs?: number;
  readonly lastUsedMs?: number;
  readonly lastCharacters: string;
};

export type ScalrPerson = {
  readonly id: string;
  readonly email: string;
  readonly status: 'Active' | 'Inactive' | 'Pending';
};
export type ScalrServiceAccount = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
};
export type ScalrAgentPool = { readonly id: string; readonly name: string };

export type ScalrRun = {
  readonly id: string;
  readonly createdMs: number;
  /** `api`, `cli`, `ui`, `vcs`, `schedule`. */
  readonly source: string;
};

export type ScalrIntegration = {
  readonly eventSource: string;
  readonly status: 'pending' | 'active' | 'disabled' | 'failed';
  readonly problem?: string;
};

export type MadeUpAccount = {
  readonly name: string;
  readonly id: string;
  readonly people: readonly ScalrPerson[];
  readonly serviceAccounts: readonly ScalrServiceAccount[];
  readonly agentPools: readonly ScalrAgentPool[];
  readonly tokens: readonly ScalrToken[];
  readonly runs: readonly ScalrRun[];
  readonly integrations: readonly ScalrIntegration[];
  readonly allowedAddresses: readonly string[];
};

const scalrAccountName = 'acme';
export const scalrEventSource = `aws.partner/scalr.com/${scalrAccountName}/audit`;

/** The account as it is at this time; whoever wants another world changes what this returns. */
export const madeUpAccount = (nowMs: number): MadeUpAccount => {
  const daysAgo = (days: number): number => Math.floor(nowMs - days * msPerDay);
  const ci = 'ci@acme.scalr.io';
  const monitor = 'tokenwatch@acme.scalr.io';
  return {
    name: scalrAccountName,
    id: 'acc-v0made1up',
    people: [
      { id: 'user-v0ana', email: 'ana@example.com', status: 'Active' },
      { id: 'user-v0bob', email: 'bob@example.com', status: 'Inactive' },
    ],
    serviceAccounts: [
      { id: 'sa-v0ci', name: 'ci', email: ci, roles: ['deployer'] },
      { id: 'sa-v0watch', name: 'tokenwatch', email: monitor, roles: ['read-only'] },
    ],
    agentPools: [{ id: 'apool-v0eu', name: 'eu-runners' }],
    tokens: [
      {
        id: 'at-v0deploy',
        name: 'ci-deploy',
        description: 'GitHub Actions',
        owner: ci,
        createdBy: 'ana@example.com',
        createdMs: daysAgo(40),
        expiresMs: daysAgo(-60),
        lastUsedMs: daysAgo(0.01),
        lastCharacters: 'aB3_x9',
      },
      {
        id: 'at-v0laptop',
        name: 'laptop',
        description: '',
        owner: 'bob@example.com',
        createdBy: 'bob@example.com',
        createdMs: daysAgo(400),
        lastUsedMs: daysAgo(3),
        lastCharacters: 'Zz0-k1',
      },
      {
        id: 'at-v0watch',
        name: 'monitor',
        description: 'tokenwatch',
        owner: monitor,
        createdBy: 'ana@example.com',
        createdMs: daysAgo(20),
        expiresMs: daysAgo(-70),
        lastUsedMs: nowMs,
        lastCharacters: 'Mon170',
      },
      {
        id: 'at-v0agent',
        name: 'runner-1',
        description: '',
        owner: 'apool-v0eu',
        createdBy: 'ana@example.com',
        createdMs: daysAgo(100),
        lastUsedMs: daysAgo(0.1),
        lastCharacters: 'aGt001',
      },
    ],
    runs: [{ id: 'run-v0one', createdMs: daysAgo(0.5), source: 'api' }],
    integrations: [{ eventSource: scalrEventSource, status: 'active' }],
    allowedAddresses: [],
  };
};
