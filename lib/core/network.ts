import { type Ip, parseIp } from './ip.ts';

/** Where an address belongs. */
export type OwnerClass = 'residential' | 'business' | 'cloud' | 'hosting' | 'ci' | 'vpn' | 'private' | 'unknown';

export type Owner = {
  readonly asn: number;
  /** As registered: `AMAZON-02`, `Deutsche Telekom AG`. */
  readonly name: string;
  readonly class: OwnerClass;
};

export type Network = {
  readonly address: string;
  /** /24 or /48. */
  readonly prefix: string;
  /** Undefined for a reserved address, one that no table lists, or where there is no table. */
  readonly owner: Owner | undefined;
  readonly class: OwnerClass;
  /** ISO 3166 alpha-2, upper case. */
  readonly country: string | undefined;
};

/** Who owns an address, as far as a table tells; undefined when it does not. Pure reading: no request leaves for it. */
export type NetworkLookup = (ip: Ip) => { readonly owner?: Owner; readonly country?: string } | undefined;

/** For a machine without an ownership table: everything works, with less insight. */
export const noOwners: NetworkLookup = () => undefined;

/** The network of a canonical address. A reserved address is `private`: tables answer nonsense for those. */
export const networkOf = (address: string, lookup: NetworkLookup): Network => {
  const ip = parseIp(address);
  if (ip === undefined) return { address, prefix: address, owner: undefined, class: 'unknown', country: undefined };
  if (ip.isReserved) return { address, prefix: ip.prefix, owner: undefined, class: 'private', country: undefined };
  const found = lookup(ip);
  return {
    address,
    prefix: ip.prefix,
    owner: found?.owner,
    class: found?.owner?.class ?? 'unknown',
    country: found?.country,
  };
};

/** What a session is kept apart by: the owner where known, else the prefix. */
export const ownerKey = ({ owner, prefix, class: ownerClass }: Network): string =>
  owner !== undefined ? `AS${owner.asn}` : ownerClass === 'private' ? 'private' : prefix;

/** Addresses repeat: so many are remembered before the memory starts afresh. */
const rememberedMax = 20_000;

/** `networkOf` with a bounded memory. */
export const rememberNetworks = (lookup: NetworkLookup): ((address: string) => Network) => {
  const remembered = new Map<string, Network>();
  return (address) => {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    if (remembered.size >= rememberedMax) remembered.clear();
    const network = networkOf(address, lookup);
    remembered.set(address, network);
    return network;
  };
};
