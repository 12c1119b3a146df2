import type { AdminModel, DiscoveredModel } from "@parley/contract/schemas/model";

const at = "2026-11-30T09:30:00.000Z";

const written: AdminModel = {
  id: "groq/llama-3.3-70b-versatile",
  provider: "groq",
  name: "llama-3.3-70b-versatile",
  displayName: "Llama 3.3",
  source: "admin",
  contextTokens: 131_072,
  maxOutputTokens: 8_192,
  price: { kind: "metered", inputPer1000: 10, outputPer1000: 20, cachedInputPer1000: 5 },
  parameters: ["temperature", "topP", "maxOutputTokens", "stop"],
  costPerMillion: { input: 0.59, output: 0.79 },
  background: false,
  isEnabled: true,
  isOffered: true,
  isDefault: false,
  isFallback: false,
  position: 0,
  learnt: { refused: ["usage"], maxOutputTokens: null, contextTokens: null, updatedAt: at },
  createdAt: at,
  updatedAt: at,
};

const ofSettings: AdminModel = {
  ...written,
  id: "scripted/demo",
  provider: "scripted",
  name: "demo",
  displayName: null,
  source: "settings",
  contextTokens: 200_000,
  maxOutputTokens: 64_000,
  price: { kind: "flat", tokens: 100 },
  costPerMillion: null,
  isDefault: true,
  learnt: null,
  createdAt: null,
  updatedAt: null,
};

const discovered: DiscoveredModel = {
  id: written.id,
  name: written.name,
  displayName: null,
  contextTokens: 131_072,
  isOffered: false,
};

const { displayName, contextTokens, maxOutputTokens, price, costPerMillion } = written;

/** Exchanges of the admins' routes about models. */
export const adminModelExamples = {
  listAdminModels: { responses: { 200: { data: [ofSettings, written], providersWithoutKey: ["mistral"] } } },
  getAdminModel: { responses: { 200: written } },
  writeModel: {
    body: { displayName, contextTokens, maxOutputTokens, price, costPerMillion },
    responses: { 200: written },
  },
  deleteModel: { responses: {} },
  forgetLearnt: { responses: {} },
  discoverModels: { body: { provider: "groq" }, responses: { 200: { data: [discovered] } } },
};
