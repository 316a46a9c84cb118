const RATES = { CH: 8, DE: 25, FR: 28, US: 21 };

/** Percent of tax a country takes. */
export function rateOf(country) {
  const rate = RATES[country];
  if (rate === undefined) throw new RangeError(`no rate for ${country}`);
  return rate;
}
