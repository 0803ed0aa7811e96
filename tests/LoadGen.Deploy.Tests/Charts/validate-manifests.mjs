// Reads manifests as JSON documents from standard input, one a line, and validates each against the schema of its kind
// (OpenAPI of Kubernetes, CRDs of the Prometheus operator). Prints one line for each problem.
import { createInterface } from "node:readline";

const operator = "@kubernetes-models/prometheus-operator";

async function modelOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const library = group === "monitoring.coreos.com" ? operator : "kubernetes-models";
  const module = await import([library, group, version].filter(Boolean).join("/"));
  return module[kind];
}

for await (const line of createInterface({ input: process.stdin })) {
  const manifest = JSON.parse(line);
  const name = `${manifest.kind} ${manifest.metadata?.name}`;
  try {
    const Model = await modelOf(manifest);
    new Model(manifest).validate();
  } catch (error) {
    console.log(`${name}: ${error.message}`);
  }
}
