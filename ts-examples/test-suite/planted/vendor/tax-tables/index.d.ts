export function rateOf(country: string): number;
