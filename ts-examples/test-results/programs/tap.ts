// Reports two passed tests as TAP.
console.log(["TAP version 14", "1..2", "ok 1 - adds", "ok 2 - subtracts"].join("\n"));
