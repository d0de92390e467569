// Stoa's web client. Every view has its address here; each module says at its head what it is for.
//
// To add views: a module with components, imported here, and a `route` for each. A view that takes somebody signed in
// is wrapped in `signedIn`. Views of plugins that may be absent stand under `has("…")`. What counts on a tab of the
// layout is set in `badges` (store.js) under the name of the tab's icon.

import { html, render } from "./preact-htm.js";
import { Account, Devices, Profile } from "./account.js";
import { Building, Buildings } from "./buildings.js";
import { Booking, Bookings } from "./bookings.js";
import { chat } from "./chat.js";
import { HOME, has } from "./config.js";
import { Forgot, Register, SignIn, lookAnew } from "./entrance.js";
import { register } from "./install.js";
import { Layout, signedIn } from "./layout.js";
import { Listing } from "./listing.js";
import { Market } from "./market.js";
import { Mine } from "./mine.js";
import { notifications } from "./notifications.js";
import { Order, Orders } from "./orders.js";
import { People } from "./people.js";
import { Plans } from "./plans.js";
import { Hours } from "./hours.js";
import { Edit, Publish } from "./publish.js";
import { route } from "./router.js";
import { Second } from "./second.js";
import { Verification, Verifications } from "./verification.js";
import { Wallet } from "./wallet.js";

route(HOME, Market);
route("/app/listings/:id", Listing);
route("/app/listings/:id/edit", signedIn(Edit));
route("/app/sell", signedIn(Publish));
route("/app/mine", signedIn(Mine));
route("/app/people/:id", People);
route("/app/sign-in", SignIn);
route("/app/register", Register);
route("/app/forgot", Forgot);
route("/app/account", signedIn(Account));
route("/app/account/profile", signedIn(Profile));
route("/app/account/devices", signedIn(Devices));
route("/app/account/second", signedIn(Second));
if (has("orders")) {
  route("/app/orders", signedIn(Orders));
  route("/app/orders/:id", signedIn(Order));
}
if (has("bookings")) {
  route("/app/bookings", signedIn(Bookings));
  route("/app/bookings/:id", signedIn(Booking));
  route("/app/listings/:id/hours", signedIn(Hours));
}
if (has("buildings")) {
  route("/app/buildings", signedIn(Buildings));
  route("/app/buildings/:id", signedIn(Building));
}
if (has("payments")) route("/app/wallet", signedIn(Wallet));
if (has("subscriptions")) route("/app/plans", signedIn(Plans));
if (has("verification")) {
  route("/app/verification", signedIn(Verifications));
  route("/app/verification/:id", signedIn(Verification));
}
chat();
notifications();

render(html`<${Layout} />`, document.getElementById("app"));
document.documentElement.dataset.ready = "";
register().catch(console.error); // the page works without its worker
lookAnew();
