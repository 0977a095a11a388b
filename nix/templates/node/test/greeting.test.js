import assert from "node:assert/strict";
import test from "node:test";

import { greeting } from "../src/greeting.js";

test("greets the world", () => {
  assert.equal(greeting(), "hello, world");
});

test("greets a person", () => {
  assert.equal(greeting("Ada"), "hello, Ada");
});
