// Members by e-mail address: invitations, roles, and that nobody learns who has an account.
import { done, env, must, ok, request, rpc, say } from "./client.mjs";

const slug = "members-" + process.pid, mail = n => `${n}@example.org`;
const [ada, bob, dan, eve] = ["ADA", "BOB", "DAN", "EVE"].map(env);
const { project } = await must(ada, "project_create", { slug });
const list = async who => (await must(who, "member_list", { project })).members;
const join = async who => (await must(who, "project_join", { slug })).projects;

ok((await join(bob)).length === 0, "a project that is not his does not exist");
const known = await rpc(ada, "member_add", { project, email: " Bob@Example.org ", role: "author" });
const unknown = await rpc(ada, "member_add", { project, email: "nobody@example.org",
  role: "author" });
ok(known.status === 200 && unknown.status === 200, "whoever has an address can be invited");
delete known.body.email;
delete unknown.body.email;
ok(JSON.stringify(known) === JSON.stringify({ ...unknown, size: known.size }),
    "the answer does not tell who has an account", [known, unknown]);
ok((await list(ada)).filter(m => m.invited).length === 2,
    "an admin sees invitations, all alike", await list(ada));
ok((await rpc(bob, "head", { project })).status === 404, "an invitation is no membership yet");
ok((await join(dan)).length === 0, "an invitation is for one address");
const mine = await join(bob);
ok(mine.length === 1 && mine[0].project === project && mine[0].role === "author",
    "who is invited joins, with the role", mine);
ok((await join(bob)).length === 1 && (await rpc(bob, "head", { project })).body.role === "author",
    "joining twice changes nothing");
const seen = await list(bob);
ok(seen.length === 2 && seen.find(m => m.you).email === mail("bob") && !seen.some(m => m.invited),
    "a member sees members, and no invitations", seen);

for (const [call, args] of Object.entries({ member_add: { email: mail("eve"), role: "admin" },
    member_remove: { email: mail("ada") } })) {
  ok((await rpc(bob, call, { project, ...args })).status === 403, `${call}: an author may not`);
  ok((await rpc(eve, call, { project, ...args })).status === 404, `${call}: a stranger finds nothing`);
}
ok((await rpc(eve, "member_list", { project })).status === 404, "member_list: a stranger finds nothing");
for (const email of ["", "bob", "a b@c", "<a@b>", 7, null, "x".repeat(300) + "@b", "'; drop--@b\n@c"])
  ok((await rpc(ada, "member_add", { project, email, role: "author" })).status === 400,
      `${JSON.stringify(email).slice(0, 20)} is no address`);
ok((await rpc(ada, "member_add", { project, email: mail("eve"), role: "owner" })).status === 400,
    "a role that there is not");
ok((await rpc(ada, "member_set", { project, user: mail("eve"), role: "reader" })).status === 404,
    "member_set does not look an address up");

await must(ada, "member_add", { project, email: mail("bob"), role: "approver" });
ok((await rpc(bob, "head", { project })).body.role === "approver", "a member gets another role at once");
ok((await rpc(ada, "member_add", { project, email: mail("ada"), role: "author" })).status === 403 &&
    (await rpc(ada, "member_remove", { project, email: mail("ada") })).status === 403,
    "the last admin stays");
ok((await rpc(ada, "member_remove", { project, email: mail("eve") })).status === 409,
    "who is no member cannot be removed");
await must(ada, "member_remove", { project, email: "nobody@example.org" });
ok(!(await list(ada)).some(m => m.invited), "an invitation can be taken back");
await must(bob, "member_remove", { project, email: mail("bob") });
ok((await join(bob)).length === 0, "everybody may leave, and is not let in again by the old invitation");
ok((await request("GET", "/rest/v1/invitation", { auth: ada, profile: "gitagent_private" })).status
    === 406, "the table is not shown");
say("members: done");
done();
