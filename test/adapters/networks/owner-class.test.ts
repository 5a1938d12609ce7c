import { describe, expect, it } from '@jest/globals';
import { ownerClassOf } from '../../../lib/adapters/networks/owner-class.ts';
import { families } from '../../../lib/adapters/networks/owner-families.ts';

/** A number that is in no family. */
const unlisted = 64_000;
const classOfName = (name: string) => ownerClassOf(unlisted, name);

describe('the class of an owner', () => {
  it('is cloud for the large clouds', () => {
    expect(ownerClassOf(16509, 'AMAZON-02')).toBe('cloud');
    expect(ownerClassOf(396982, 'GOOGLE-CLOUD-PLATFORM')).toBe('cloud');
    expect(ownerClassOf(8075, 'MICROSOFT-CORP-MSN-AS-BLOCK')).toBe('cloud');
    expect(ownerClassOf(31898, 'ORACLE-BMC-31898')).toBe('cloud');
  });

  it('is cloud for the other numbers of those companies, told by name', () => {
    expect(classOfName('Amazon Data Services Ireland Ltd')).toBe('cloud');
    expect(classOfName('Google Cloud EMEA Ltd')).toBe('cloud');
  });

  it('is not cloud for a name that only begins alike', () => {
    expect(classOfName('AMAZONET TELECOM LTDA')).toBe('residential');
    expect(classOfName('Oracles Telecom Ltd')).toBe('residential');
    expect(ownerClassOf(16591, 'Google Fiber Inc.')).toBe('residential');
  });

  it('is ci for GitHub itself, while its runners are cloud', () => {
    expect(ownerClassOf(36459, 'GitHub, Inc.')).toBe('ci');
  });

  it('is hosting for companies that rent out servers', () => {
    expect(ownerClassOf(24940, 'Hetzner Online GmbH')).toBe('hosting');
    expect(ownerClassOf(20473, 'AS-CHOOPA')).toBe('hosting');
    expect(classOfName('Example Web Hosting Ltd')).toBe('hosting');
    expect(classOfName('EXAMPLEHOSTING')).toBe('hosting');
    expect(classOfName('Example Data Centers Inc')).toBe('hosting');
  });

  it('is vpn for VPN exits, Tor exits and consumer relays', () => {
    expect(ownerClassOf(212238, 'Datacamp Limited')).toBe('vpn');
    expect(ownerClassOf(60729, 'Stiftung Erneuerbare Freiheit')).toBe('vpn');
    expect(classOfName('Cloudflare London, LLC')).toBe('vpn');
  });

  it('is residential for access networks, in several languages', () => {
    expect(ownerClassOf(7922, 'Comcast Cable Communications, LLC')).toBe('residential');
    expect(ownerClassOf(3320, 'Deutsche Telekom AG')).toBe('residential');
    expect(classOfName('Exemplo Telecomunicações Ltda')).toBe('residential');
    expect(classOfName('Société Télécom Exemple')).toBe('residential');
    expect(classOfName('Vodafone Example Ltd')).toBe('residential');
  });

  it('is business for schools, authorities, hospitals and banks', () => {
    expect(classOfName('University of Example')).toBe('business');
    expect(classOfName('State of Example, Department of Telecommunications')).toBe('business');
    expect(classOfName('Example General Hospital')).toBe('business');
    expect(classOfName('ZSCALER, INC.')).toBe('business');
  });

  it('stays unknown where neither number nor name tells', () => {
    expect(classOfName('Example GmbH')).toBe('unknown');
    expect(classOfName('AS64000')).toBe('unknown');
    expect(classOfName('')).toBe('unknown');
  });

  it('does not take part of a word for the word', () => {
    expect(classOfName('Bankside Example')).toBe('unknown');
    expect(classOfName('Ghost Example')).toBe('unknown');
  });
});

describe('the families of owners', () => {
  it('name no number twice', () => {
    const asns = families.flatMap((family) => family.asns);
    expect(asns.filter((asn, at) => asns.indexOf(asn) !== at)).toEqual([]);
  });

  it('write names in lower case, as they are compared', () => {
    const names = families.flatMap((family) => family.names);
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
  });
});
