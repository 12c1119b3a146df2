import { Tabs } from "../pages/page-frame.tsx";
import { addresses } from "../ui/router.ts";

const tabs = [
  { label: "Overview", address: addresses.adminOverview },
  { label: "People", address: addresses.adminPeople },
  { label: "Replies", address: addresses.adminReplies },
  { label: "Models", address: addresses.adminModels },
  { label: "Audit", address: addresses.adminAudit },
];

export function AdminTabs({ current }: { current: string }) {
  return <Tabs label="Administration" tabs={tabs} current={current} />;
}
