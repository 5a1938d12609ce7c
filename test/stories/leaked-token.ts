/**
 * The log of a small team, told in its vendor's own records, and what an investigation of it says. Addresses are those of
 * documentation; who owns them is told here.
 */
import { recordReader } from '../../lib/adapters/sources/files/record-reader.ts';
import { coverageOfFiles } from '../../lib/app/investigate.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { type Investigation, investigate } from '../../lib/core/investigation/investigation.ts';
import {
  emptyRegister,
  principalsNamed,
  principalsOfUser,
  registerEvents,
} from '../../lib/core/investigation/register.ts';
import { type NetworkLookup, type Owner, rememberNetworks } from '../../lib/core/network.ts';
import { msPerDay, msPerMinute, parseInstant } from '../../lib/core/time.ts';
import { investigationText } from '../../lib/report/investigation/text.ts';

export type PulumiRecord = Readonly<Record<string, unknown>>;

const owners: readonly (readonly [prefix: string, owner: Owner, country: string])[] = [
  ['192.0.2.', { asn: 64500, name: 'Example Cloud', class: 'cloud' }, 'IE'],
  ['198.51.100.', { asn: 64501, name: 'Example Hosting', class: 'hosting' }, 'NL'],
  ['203.0.113.', { asn: 64502, name: 'Example Broadband', class: 'residential' }, 'DE'],
  ['2001:db8:a', { asn: 64503, name: 'Example Runners', class: 'ci' }, 'US'],
  ['2001:db8:b', { asn: 64504, name: 'Other Broadband', class: 'residential' }, 'DE'],
  ['2001:db8:c', { asn: 64505, name: 'Second Cloud', class: 'cloud' }, 'US'],
  ['2001:db8:d', { asn: 64506, name: 'Third Cloud', class: 'cloud' }, 'SE'],
  ['2001:db8:e', { asn: 64507, name: 'Example Office', class: 'business' }, 'DE'],
];

export const leakOwners: NetworkLookup = ({ text }) => {
  const found = owners.find(([prefix]) => text.startsWith(prefix));
  return found === undefined ? undefined : { owner: found[1], country: found[2] };
};

export const msOf = (at: string): number => {
  const atMs = parseInstant(at);
  if (atMs === undefined) throw new RangeError(`${at} is no instant`);
  return atMs;
};

/** Whose token: a machine's acts as the organization, a person's as that person; without one it is the console. */
export type Holder = { readonly user: string; readonly token?: string };

export const ci: Holder = { user: 'acme', token: 'ci-deploy' };

export type Deed = readonly [event: string, description: string];

export const deploy: readonly Deed[] = [
  ['secrets-batch-decrypted', 'Decrypted a batch of secret values for stack "web/prod"'],
  ['stack-update-started', 'Started update "1" for stack "web/prod"'],
  ['stack-update-completed', 'Completed update "1" for stack "web/prod"'],
];

/** Deeds one after the other, half a minute apart. */
export const session = (
  at: string | number,
  ip: string,
  holder: Holder,
  deeds: readonly Deed[] = deploy,
): readonly PulumiRecord[] =>
  deeds.map(([event, description], nth) => ({
    timestamp: Math.floor((typeof at === 'number' ? at : msOf(at)) / 1_000) + 30 * nth,
    sourceIP: ip,
    event,
    description,
    user: { githubLogin: holder.user },
    ...(holder.token !== undefined && { tokenID: `id-of-${holder.token}`, tokenName: holder.token }),
  }));

const isWeekend = (atMs: number): boolean => [0, 6].includes(new Date(atMs).getUTCDay());

/** On every working day at these hours, some minutes off each time. */
export const workdays = (
  { from, days, hours, ip }: { from: string; days: number; hours: readonly number[]; ip: string },
  holder: Holder,
  deeds: readonly Deed[] = deploy,
): readonly PulumiRecord[] =>
  Array.from({ length: days }, (_, day) => msOf(`${from}T00:00Z`) + day * msPerDay)
    .filter((dayMs) => !isWeekend(dayMs))
    .flatMap((dayMs, nth) =>
      hours.flatMap((hour) => session(dayMs + (hour * 60 + ((nth * 7) % 13)) * msPerMinute, ip, holder, deeds)),
    );

/** Colleagues, so that there is an organization to compare with. */
export const colleagues = (from: string, days: number): readonly PulumiRecord[] =>
  ['ada', 'ben', 'eva'].flatMap((user, nth) => [
    ...workdays({ from, days, hours: [8 + nth, 14], ip: '2001:db8:e::1' }, { user }, [
      ['user-login', `User "${user}" logged into the Pulumi Console.`],
      ['environment-read', 'Read environment "web/prod"'],
    ]),
    ...workdays({ from, days, hours: [10 + nth], ip: '2001:db8:e::2' }, { user, token: `${user}-laptop` }),
  ]);

export type Asked = {
  readonly token?: string;
  readonly user?: string;
  readonly leakedAt?: string;
  readonly until: string;
};

export type Told = { readonly investigation: Investigation; readonly text: string };

export const eventsOf = (records: readonly PulumiRecord[]): readonly AuditEvent[] => {
  const read = recordReader('acme');
  const events = records.flatMap((record) => {
    const translated = read(record);
    return typeof translated === 'object' && 'event' in translated && translated.event !== undefined
      ? [translated.event]
      : [];
  });
  return [...new Map(events.map((event) => [event.id, event])).values()].sort(inOrder);
};

/** As `tokenwatch investigate --from` does. */
export const investigated = (records: readonly PulumiRecord[], { token, user, leakedAt, until }: Asked): Told => {
  const events = eventsOf(records);
  const register = emptyRegister();
  registerEvents(events, register);
  const subjects = user === undefined ? principalsNamed(token ?? '', register) : principalsOfUser(user, register);
  const investigation = investigate(events, {
    subjects,
    leakedAtMs: leakedAt === undefined ? undefined : msOf(leakedAt),
    untilMs: msOf(until),
    networks: rememberNetworks(leakOwners),
    coverage: coverageOfFiles(register, { unreadRecords: 0 }),
  });
  return { investigation, text: investigationText(investigation) };
};

/** The text as one line, whatever the wrapping. */
export const flat = (text: string): string => text.replace(/\s+/g, ' ');
