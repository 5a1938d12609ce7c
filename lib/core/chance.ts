/**
 * The few distributions that the detectors need. Natural logarithms throughout: probabilities here go below what a
 * double can hold. Sums run in a fixed order, so that every machine gets the same bits.
 */

/** Lanczos' approximation, g = 7, n = 9 (Godfrey's coefficients): relative error below 1e-14 for x > 0. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const halfLnTwoPi = 0.9189385332046727;

/** Natural logarithm of the gamma function, for x > 0. */
export const lnGamma = (x: number): number => {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  let sum: number = lanczos[0];
  for (let i = 1; i < lanczos.length; i += 1) sum += (lanczos[i] as number) / (shifted + i);
  const t = shifted + 7.5;
  return halfLnTwoPi + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
};

/** Natural logarithm of the beta function. */
export const lnBeta = (a: number, b: number): number => lnGamma(a) + lnGamma(b) - lnGamma(a + b);

/** Terms of a tail that are summed one by one at most. */
const tailTermsMax = 2_000;

/**
 * How far into its upper tail a count lies, in nats: -ln( P(X > count) + P(X = count) / 2 ) for X negative binomial
 * with this mean and variance = mean + dispersion * mean^2. The half at the count itself (mid-p) keeps small counts
 * honest on average.
 */
export const countSurprise = (count: number, { mean, dispersion }: CountModel): number => {
  if (count <= mean || mean <= 0) return 0;
  const size = 1 / dispersion;
  const failure = mean / (mean + size);
  const lnAtCount =
    lnGamma(count + size) -
    lnGamma(size) -
    lnGamma(count + 1) +
    size * Math.log(size / (mean + size)) +
    count * Math.log(failure);
  let term = 1;
  let sum = 0.5;
  let ratio = failure;
  for (let k = count + 1; k < count + tailTermsMax && term > sum * 1e-9; k += 1) {
    ratio = ((k - 1 + size) / k) * failure;
    term *= ratio;
    sum += term;
  }
  // Far out the terms fall as a geometric series; what was not summed is its rest.
  sum += (term * ratio) / (1 - ratio);
  return Math.max(0, -(lnAtCount + Math.log(sum)));
};

export type CountModel = {
  readonly mean: number;
  /** 1/size; the variance is mean + dispersion * mean^2. */
  readonly dispersion: number;
};

/** The smallest count whose surprise reaches `nats`: what is rarely exceeded. */
export const countAtSurprise = (nats: number, model: CountModel): number => {
  let low = Math.floor(model.mean);
  let high = Math.max(low + 1, 8);
  while (countSurprise(high, model) < nats && high < 1e9) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (countSurprise(middle, model) < nats) low = middle;
    else high = middle;
  }
  return high;
};

/** Nats to the decimal surprise that people are shown: 3 is one in a thousand. */
export const toSurprise = (nats: number): number => nats / Math.LN10;

/** 0.5 ^ (elapsed / halfLife): what is left of a memory. Time that runs backwards takes nothing away. */
export const remaining = (elapsed: number, halfLife: number): number =>
  elapsed <= 0 ? 1 : Math.exp((-Math.LN2 * elapsed) / halfLife);
