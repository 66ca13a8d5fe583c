/** The settings: one section after the other; a new one is a component and a line here. */
import { Appearance } from "./Appearance";
import { Access } from "./Access";
import { Health } from "./Health";
import { Name } from "./Name";
import { Region } from "./Region";
import "./settings.css";

export default function SettingsPage() {
  return (
    <div className="page page-narrow">
      <div className="page-head">
        <h1>Settings</h1>
      </div>
      <Name />
      <Appearance />
      <Region />
      <Access />
      <Health />
    </div>
  );
}
