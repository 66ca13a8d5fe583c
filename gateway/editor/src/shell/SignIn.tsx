/** Sign-in: with the token that the first start printed. */
import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ApiError, call, reason } from "../api/client";
import { Icon } from "./icons";
import { useSession } from "./session";

export function SignIn() {
  const { ended, signIn, signOut } = useSession();
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [trying, setTrying] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = token.trim();
    if (!given) return;
    setTrying(true);
    setWrong(null);
    try {
      // Signed in only when the token has proved itself: the pages behind ask with it.
      await call("GET /api/v1/workflows", { query: { limit: 1 }, token: given });
      signIn(given);
    } catch (error) {
      signOut();
      setWrong(error instanceof ApiError && error.status === 401 ? "This is not the token." : reason(error));
    } finally {
      setTrying(false);
    }
  };
  return (
    <main className="signin">
      <form onSubmit={(event) => void submit(event)}>
        <div className="brand brand-large">
          <Icon name="wheel" size={26} /> Millrace
        </div>
        <input className="unseen" tabIndex={-1} aria-hidden autoComplete="username" defaultValue="millrace" />
        <PasswordInput
          label="Token"
          description="Printed at the first start, and kept in the file “token” of the data folder."
          autoFocus
          autoComplete="current-password"
          value={token}
          error={wrong ?? ended}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth mt="md" loading={trying}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
