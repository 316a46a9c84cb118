import type { Perform } from "polyphon/node";

/** How many primes there are below the input; anything else keeps it busy for ever. */
const primes: Perform = ({ input }) => {
  while (typeof input !== "number");
  const composite = new Uint8Array(input);
  let count = 0;
  for (let number = 2; number < input; number += 1) {
    if (composite[number]) continue;
    count += 1;
    for (let multiple = number * number; multiple < input; multiple += number) composite[multiple] = 1;
  }
  return count;
};

export default primes;
