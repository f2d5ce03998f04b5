import { Component, type ComponentChildren } from "preact";

interface GuardedProps {
  readonly what: string;
  /** With another one it tries again. */
  readonly of?: string | number;
  readonly children: ComponentChildren;
}

/** A part of the page that falls alone: a log that was tampered with may hold what no part expects. */
export class Guarded extends Component<GuardedProps, { failed: string; of: string | number | undefined }> {
  override state = { failed: "", of: this.props.of };

  static override getDerivedStateFromProps(props: GuardedProps, state: { of: string | number | undefined }) {
    return props.of === state.of ? null : { failed: "", of: props.of };
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: error instanceof Error ? error.message : String(error) });
  }

  override render() {
    if (!this.state.failed) return <>{this.props.children}</>;
    return (
      <p class="warn" role="alert">
        {this.props.what} cannot be shown: {this.state.failed}
      </p>
    );
  }
}
