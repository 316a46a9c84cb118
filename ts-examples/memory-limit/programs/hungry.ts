// Holds about 200 MB for a while, so that it is seen.
const held = Array.from({ length: 130 }, () => Buffer.alloc(1024 * 1024, 1));
setTimeout(() => console.log(held.length), 600);
