// A plan is edited in two places that do not see each other, merged, and read back from the disk.
// Run: node ts-examples/documents/main.ts
// You see: what each of them wrote, that both are equal afterwards, and that nothing of either was lost.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counter, counter, FolderDocumentStorage, openDocuments, type Text, text } from "polyphon/documents";

interface Plan {
  title: Text;
  votes: Counter;
  steps: string[];
  budget: number;
}

const folder = mkdtempSync(join(tmpdir(), "polyphon-documents-"));
const strategies = { budget: "highest" } as const;

{
  await using documents = await openDocuments({ storage: await FolderDocumentStorage.open(folder) });
  await using elsewhere = await openDocuments();
  const here = await documents.create<Plan>(
    "plan",
    { title: text("Launch"), votes: counter(1), steps: ["build"], budget: 500 },
    { strategies },
  );
  const there = await elsewhere.import<Plan>("plan", here.save(), { strategies });

  here.change((draft) => {
    draft.title.append(" in May");
    draft.votes.increment(2);
    draft.steps.push("test");
    draft.budget = 700;
  });
  there.change((draft) => {
    draft.title.insert(0, "The ");
    draft.votes.increment();
    draft.steps.push("ship");
    draft.budget = 900;
  });
  for (const [name, document] of Object.entries({ here, there })) {
    const { title, votes, steps } = document.value();
    console.log(`${name}: ${title}, ${votes} votes, steps ${steps.join(", ")}`);
  }

  const before = here.heads;
  const [ofHere, ofThere] = [here.save(), there.save()];
  here.merge(ofThere);
  there.merge(ofHere);
  const { title, votes, steps, budget } = here.value();
  console.log(`equal: ${String(here.heads) === String(there.heads)}`);
  console.log(`together: ${title}, ${votes} votes, ${steps.length} steps, budget ${budget}`);
  const set = here.conflicts(["budget"]).map(({ value }) => value as number);
  console.log(`both set the budget: ${set.toSorted().join(", ")}`);
  console.log(`before they met: ${here.at(before).title}`);
}

{
  await using documents = await openDocuments({ storage: await FolderDocumentStorage.open(folder) });
  const plan = await documents.open<Plan>("plan");
  console.log(`from the disk: ${plan.value().title}`);
}
rmSync(folder, { recursive: true });
