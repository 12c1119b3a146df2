import { useEffect, useRef } from "preact/hooks";
import { signOut } from "../session/session.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { addresses, go, place } from "../ui/router.ts";
import { useWorkspace } from "../workspace.ts";
import { ConversationItem } from "./conversation-item.tsx";
import { groupsOf } from "./groups.ts";
import { isSearching } from "./searching.ts";

export function Sidebar() {
  return (
    <aside class="sidebar" id="sidebar" aria-label="Conversations">
      <div class="sidebar-head">
        <a class="brand" href={addresses.newChat}>
          <span class="brand-mark" aria-hidden="true" />
          Parley
        </a>
        <a class="icon-button" href={addresses.newChat} aria-label="New chat" title="New chat (Ctrl+Shift+O)">
          <Icon name="edit" />
        </a>
      </div>
      <button
        type="button"
        class="search-button"
        onClick={() => {
          isSearching.value = true;
        }}
      >
        <Icon name="search" />
        Search
        <kbd>{/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <PageLink page="notes" address={addresses.notes} icon="note">
        Notes
      </PageLink>
      <PageLink page="prompts" address={addresses.prompts} icon="prompt">
        System prompts
      </PageLink>
      <ConversationList />
      <Account />
    </aside>
  );
}

function PageLink(props: { page: string; address: string; icon: IconName; children: string }) {
  return (
    <a
      class="search-button"
      href={props.address}
      aria-current={place.value.page === props.page ? "page" : undefined}
    >
      <Icon name={props.icon} />
      {props.children}
    </a>
  );
}

function ConversationList() {
  const { conversations } = useWorkspace();
  const { items, isLoaded, hasMore, fault, olderFault, status } = conversations;
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void conversations.loadMore();
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasMore.value, items.value.length, olderFault.value]);

  const isArchive = status.value === "archived";
  return (
    <nav class="conversations" aria-label={isArchive ? "Archived conversations" : "Conversations"}>
      {isArchive && (
        <button type="button" class="back" onClick={() => void conversations.show("active")}>
          <Icon name="left" />
          Archive
        </button>
      )}
      {fault.value !== undefined && (
        <FaultNote fault={fault.value} onRetry={() => void conversations.refresh()} />
      )}
      {isLoaded.value && fault.value === undefined && items.value.length === 0 && (
        <p class="sidebar-note">
          {isArchive ? "Nothing is archived." : "Your conversations will be listed here."}
        </p>
      )}
      {groupsOf(items.value).map(({ name, conversations: group }) => (
        <section key={name}>
          <h2>{name}</h2>
          <ul>
            {group.map((conversation) => (
              <ConversationItem
                key={conversation.id}
                conversation={conversation}
                isCurrent={conversation.id === place.value.conversationId}
              />
            ))}
          </ul>
        </section>
      ))}
      {hasMore.value && olderFault.value === undefined && <div class="list-end" ref={end} />}
      {olderFault.value !== undefined && (
        <FaultNote fault={olderFault.value} onRetry={() => void conversations.loadMore()} />
      )}
    </nav>
  );
}

function FaultNote({ fault, onRetry }: { fault: string; onRetry: () => void }) {
  return (
    <p class="sidebar-note" role="alert">
      {fault}{" "}
      <button type="button" class="link" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}

function Account() {
  const { me, available, conversations } = useWorkspace();
  const name = me.value?.displayName ?? me.value?.email ?? "";
  return (
    <div class="account">
      <Menu
        label="Your account"
        class="account-button"
        placement="up"
        isNamedByContent
        items={[
          { label: "Settings", icon: "settings", onChoose: () => go(addresses.account) },
          ...(me.value?.roles.includes("admin")
            ? [
                {
                  label: "Administration",
                  icon: "user" as const,
                  onChoose: () => go(addresses.adminOverview),
                },
              ]
            : []),
          {
            label: "Archive",
            icon: "archive",
            onChoose: () => void conversations.show("archived"),
          },
          { label: "Sign out", icon: "out", onChoose: leave },
        ]}
      >
        <span class="avatar" aria-hidden="true">
          {name.slice(0, 1).toUpperCase()}
        </span>
        <span class="visually-hidden">Your account:</span>
        <span class="account-name">
          <span dir="auto">{name}</span>
          <small>
            {available.value === undefined ? "\u00a0" : `${available.value.toLocaleString()} tokens`}
          </small>
        </span>
      </Menu>
    </div>
  );
}

function leave() {
  go(addresses.newChat);
  // Here the session has ended already; the server is told for the sake of copies of its token.
  void signOut().catch(() => {});
}
