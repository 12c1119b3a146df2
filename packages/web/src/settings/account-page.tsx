import { Block, PageFrame } from "../pages/page-frame.tsx";
import { addresses } from "../ui/router.ts";
import { DataBlock } from "./data-block.tsx";
import { DeleteAccount } from "./delete-account.tsx";
import { PasswordForm } from "./password-form.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";
import { SignOutEverywhere } from "./sign-out-everywhere.tsx";

export function AccountPage() {
  return (
    <PageFrame group="Settings" title="Account" tabs={<SettingsTabs current={addresses.account} />}>
      <Block title="Profile">
        <ProfileForm />
      </Block>
      <Block title="Password" hint="Signs you out everywhere else.">
        <PasswordForm />
      </Block>
      <Block title="Sessions" hint="On every device that you have signed in on, this one included.">
        <SignOutEverywhere />
      </Block>
      <Block title="Your data" hint="Everything that is yours, as a file with a line of JSON for each thing.">
        <DataBlock />
      </Block>
      <Block title="Delete your account" hint="Erases everything that is yours, at once and for good.">
        <DeleteAccount />
      </Block>
    </PageFrame>
  );
}
