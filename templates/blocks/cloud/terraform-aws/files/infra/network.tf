# A network of its own with one way out. Nothing here costs money.

resource "aws_vpc" "main" {
  #checkov:skip=CKV2_AWS_11:Flow logs would record one VM that accepts no connection; they cost more than the rest of this network.
  cidr_block           = "10.0.0.0/24"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = local.project }
}

# Emptied: whatever is started here without a security group reaches nothing.
resource "aws_default_security_group" "empty" {
  vpc_id = aws_vpc.main.id
}

# The address is given by the subnet: asked for by the VM itself, every stop of the VM would make Terraform replace it.
resource "aws_subnet" "main" {
  #checkov:skip=CKV_AWS_130:A public address without one open port is how the VM calls out; NAT or endpoints cost $30 a month and more.
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.0.0/26"
  availability_zone       = var.availability_zone
  map_public_ip_on_launch = true

  tags = { Name = local.project }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id

  tags = { Name = local.project }
}

resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }

  tags = { Name = local.project }
}

resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}

# The way to the bucket stays inside AWS, and is free.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.${local.region}.s3"
  route_table_ids = [aws_route_table.main.id]

  tags = { Name = local.project }
}

# No ingress rule at all: people come in through the session manager, which the VM calls by itself.
resource "aws_security_group" "vm" {
  name_prefix = "${local.project}-vm-"
  description = "The VM that trains: nothing in, HTTPS out"
  vpc_id      = aws_vpc.main.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.vm.id
  description       = "HTTPS to AWS, to the image registry and to a tracker"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
