import type { OwnerClass } from '../../core/network.ts';
import { type Family, families } from './owner-families.ts';

/**
 * What kind of place an address belongs to, told from its owner's number and registered name. A class is a hint of how
 * people use a network, never proof: it makes "a laptop's token now used from a hosting company" sayable.
 *
 * In order: numbers and names of families we know (`owner-families.ts`), then words in the name, then `unknown`.
 *
 * Misses: an owner is one class, so a telephone company's data centre counts as residential, and Microsoft's offices as
 * cloud. CI runners live in the clouds' own networks (GitHub's in Microsoft's, CircleCI's in Amazon's) and count as
 * cloud; only self-named ones are `ci`. Most VPN exits rent from hosting companies and count as hosting. Residential
 * proxies look residential. Companies have no word in common: most stay `unknown`, as do many small access providers.
 * Falsely: names are chosen by those who register them, so anyone may call a network a university.
 */
export const ownerClassOf = (asn: number, name: string): OwnerClass => {
  const known = classByAsn.get(asn);
  if (known !== undefined) return known;
  const plain = plainWords(name);
  return families.find((family) => isNamedLike(family, plain))?.class ?? classByWords(plain);
};

const classByAsn: ReadonlyMap<number, OwnerClass> = new Map(
  families.flatMap((family) => family.asns.map((asn) => [asn, family.class] as const)),
);

const isNamedLike = ({ names }: Family, plain: string): boolean =>
  names.some((start) => plain.startsWith(start) && !isLetter(plain[start.length]));

const isLetter = (character: string | undefined): boolean => character !== undefined && /[a-z0-9]/.test(character);

/** Long enough for any registered name; keeps the work per name small. */
const nameCharsMax = 200;

/** Lower case without accents, so that `Télécom` and `TELECOM` are one word. */
const plainWords = (name: string): string =>
  name.slice(0, nameCharsMax).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * First match wins: "University Hosting" is a university, "Hosting Telecom" a hosting company. A word may begin a
 * longer one only where `\w*` says so. English, German, and the Romance languages that most small providers use.
 */
const wordsOfClasses: readonly (readonly [OwnerClass, RegExp])[] = [
  ['vpn', /\b(vpn|tor exit|anonymizer)\b/],
  [
    'business',
    /\b(universit\w*|universidad\w*|univ|college|colegio|schools?|academy|academic|academia|education\w*|institute of technology|polytechnic|politecnico|research|hochschule|forschungs\w*|library|libraries|museum)\b/,
  ],
  [
    'business',
    /\b(government|govt?|ministry|ministerio|ministere|department of|county|city of|state of|federal|municipal\w*|municipio|prefeitura|tribunal|senate|parliament|army|navy|defen[cs]e|police|hospital|clinic|medical|health|bank|banco|banque|insurance|credit union)\b/,
  ],
  [
    'hosting',
    /\b(hosts?|webhost\w*|hoster|vps|servers?|data ?cent(er|re)s?|idc|colo|colocation|clouds|dedicated|virtual private|bare ?metal|cdn|web ?services)\b|hosting|cloud\b/,
  ],
  [
    'residential',
    /\b(tele|telco|telekom\w*|telecomm?|telecoms|telecommunica\w*|telecomunica\w*|telekomuni\w*|telephon\w*|telefon\w*|telef|telemedia|communications?|comunicac\w*|netcom|teleport)\b|(telecom|telekom|telecomunicacoes)\b/,
  ],
  [
    'residential',
    /\b(mobile?|moviles|cellular|celular|wireless|wi-?fi|gsm|lte|broadband|banda larga|banda ancha|cable|cablevision|catv|kabel\w*|tv|fib(er|re)|fibernet|ftth|dsl|w?isp|internet|provedor\w*|satellite|satelite|rural electric|electric cooperative)\b|(fibra|fiber)\b/,
  ],
];

const classByWords = (plain: string): OwnerClass =>
  wordsOfClasses.find(([, words]) => words.test(plain))?.[0] ?? 'unknown';
