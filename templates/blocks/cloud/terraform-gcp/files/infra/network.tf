# A network of its own with one way out. It costs money while the VM runs only.

resource "google_compute_network" "main" {
  name                    = local.project
  auto_create_subnetworks = false

  depends_on = [google_project_service.needed]
}

resource "google_compute_subnetwork" "main" {
  #checkov:skip=CKV_GCP_26:Flow logs would record one VM that accepts no connection from outside.
  #checkov:skip=CKV_GCP_76:The network has no IPv6.
  name                     = local.project
  network                  = google_compute_network.main.id
  region                   = var.region
  ip_cidr_range            = "10.0.0.0/26"
  private_ip_google_access = true # the way to the bucket stays inside Google
}

# The VM has no address of its own; it calls out through this one.
resource "google_compute_router" "main" {
  count   = var.run_vm ? 1 : 0
  name    = local.project
  network = google_compute_network.main.id
  region  = var.region
}

resource "google_compute_router_nat" "main" {
  count                              = var.run_vm ? 1 : 0
  name                               = local.project
  router                             = google_compute_router.main[0].name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}

# Users come in through Identity-Aware Proxy, which asks who they are; 35.235.240.0/20 is the proxy, and no one else is let in.
resource "google_compute_firewall" "session" {
  name          = "${local.project}-session"
  network       = google_compute_network.main.id
  direction     = "INGRESS"
  source_ranges = ["35.235.240.0/20"]
  target_tags   = [local.project]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "https" {
  name               = "${local.project}-https"
  network            = google_compute_network.main.id
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "nothing_else" {
  name               = "${local.project}-nothing-else"
  network            = google_compute_network.main.id
  direction          = "EGRESS"
  priority           = 65000
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}
