import { Tabs } from "../pages/page-frame.tsx";
import { addresses } from "../ui/router.ts";

const tabs = [
  { label: "Account", address: addresses.account },
  { label: "API keys", address: addresses.keys },
  { label: "Usage", address: addresses.usage },
];

export function SettingsTabs({ current }: { current: string }) {
  return <Tabs label="Settings" tabs={tabs} current={current} />;
}
