// Reports three tests as JUnit XML, one of them failed, into the folder of its task.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const xml = `<testsuite name="storage" tests="3" failures="1" time="0.3">
  <testcase name="writes" time="0.1"/>
  <testcase name="reads" time="0.1"/>
  <testcase name="locks" time="0.1"><failure message="two owners">expected one owner</failure></testcase>
</testsuite>`;
writeFileSync(join(process.env.POLYPHON_DIR ?? ".", "junit.xml"), xml);
