import { type OwnerConfig, OwnerService } from "./owner-service.ts";
import { type ReaderConfig, ReaderService } from "./reader-service.ts";
import type { Service } from "./service.ts";

/** Which service a thread runs, and with what. */
export type Role =
  | { readonly kind: "owner"; readonly config: OwnerConfig }
  | { readonly kind: "reader"; readonly config: ReaderConfig };

export function startService(role: Role): Service {
  switch (role.kind) {
    case "owner":
      return new OwnerService(role.config);
    case "reader":
      return new ReaderService(role.config);
  }
}
